package unclosedbody

import (
	"net/http"
	"testing"
)

// The answer may be one that must not come.
func TestRefused(t *testing.T) {
	if _, err := http.Get("http://localhost:1"); err == nil { // low "GLK701"
		t.Fatal("an answer")
	}
}
