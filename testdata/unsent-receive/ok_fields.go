package unsentreceive

import (
	"net/http"
	"net/http/httptest"
)

// A handler runs when a request comes.
func OkHandleFunc() {
	seen := make(chan string, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { seen <- r.URL.Path })
	mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	<-seen
}
