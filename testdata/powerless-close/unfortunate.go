package powerlessclose

// Only one of the two is kept.
type half struct {
	kept []*worker
}

func (h *half) start() {
	h.kept = append(h.kept, newWorker())
	newWorker() // missed "GLK804"
}

func (h *half) Stop() {
	for _, w := range h.kept {
		w.Stop()
	}
}
