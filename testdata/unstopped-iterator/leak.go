package unstoppediterator

import "iter"

func earlyReturn(seq iter.Seq[int]) int {
	next, stop := iter.Pull(seq) // want "GLK704 unstopped-iterator: stop is not called on every path"
	v, ok := next()
	if v < 0 {
		return -1
	}
	stop()
	if !ok {
		return 0
	}
	return v
}

func first(seq iter.Seq[int]) int {
	next, _ := iter.Pull(seq) // low "GLK704 .* the stop function of the iterator is dropped"
	v, _ := next()
	return v
}

func pulledToTheEnd(seq iter.Seq2[int, string]) (n int) {
	next, stop := iter.Pull2(seq) // low "GLK704 .* stop is never called"
	_ = stop
	for {
		_, _, ok := next()
		if !ok {
			return n
		}
		n++
	}
}
