package unreceivedfield

// The loop is around the call.
type log struct {
	rows chan string
}

func (l *log) add(row string) {
	l.rows <- row // want "GLK108"
}

func (l *log) addAll(rows []string) {
	for _, row := range rows {
		l.add(row)
	}
}

func LeakCalledInLoop() {
	l := &log{rows: make(chan string, 1)}
	keep(l)
	go l.addAll([]string{"a", "b"})
}
