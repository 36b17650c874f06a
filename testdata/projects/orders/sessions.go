package main

import (
	"sync"
	"time"
)

const idle = 30 * time.Minute

// sessions knows who is logged in, by token.
type sessions struct {
	mu   sync.Mutex
	seen map[string]time.Time
}

func newSessions() *sessions {
	s := &sessions{seen: map[string]time.Time{}}
	go s.expire()
	return s
}

// touch tells whether the session exists, and keeps it alive.
func (s *sessions) touch(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.seen[token]; !ok {
		return false
	}
	s.seen[token] = time.Now()
	return true
}

func (s *sessions) expire() {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	for now := range ticker.C {
		s.mu.Lock()
		for token, seen := range s.seen {
			if now.Sub(seen) > idle {
				delete(s.seen, token)
			}
		}
		s.mu.Unlock()
	}
}
