// Package orders takes, prices and stores orders.
package orders

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// api answers the requests.
type api struct {
	store  *store
	limits *limits
	client *http.Client
}

// Run serves until ctx ends, then lets running requests finish.
func Run(ctx context.Context, address string) error {
	api := &api{store: newStore(), limits: newLimits(), client: &http.Client{Timeout: 10 * time.Second}}
	server := &http.Server{Addr: address, Handler: api.routes(), ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := server.Shutdown(shutdown); err != nil {
		return err
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (a *api) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders", a.list)
	mux.HandleFunc("GET /orders/{id}", a.show)
	mux.HandleFunc("POST /orders", a.create)
	mux.HandleFunc("POST /import", a.importAll)
	mux.HandleFunc("POST /orders/{id}/notify", a.notify)
	mux.HandleFunc("POST /logout", a.logOut)
	return mux
}

func (a *api) list(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/csv")
	if err := export(w, a.store.all()); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (a *api) show(w http.ResponseWriter, r *http.Request) {
	order, err := a.store.get(r.PathValue("id"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	_ = json.NewEncoder(w).Encode(order)
}

func (a *api) create(w http.ResponseWriter, r *http.Request) {
	if !a.limits.allow(r.Header.Get("Customer")) {
		http.Error(w, "too many orders", http.StatusTooManyRequests)
		return
	}
	var order Order
	if err := json.NewDecoder(r.Body).Decode(&order); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	cents, err := quote(order, catalogue, 2*time.Second)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	order.Cents = cents
	a.store.put(order)
	w.WriteHeader(http.StatusCreated)
}

func (a *api) logOut(_ http.ResponseWriter, r *http.Request) {
	a.limits.forget(r.Header.Get("Customer"))
}

func (a *api) importAll(w http.ResponseWriter, r *http.Request) {
	var orders []Order
	if err := json.NewDecoder(r.Body).Decode(&orders); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	importOrders(orders, a.store)
	w.WriteHeader(http.StatusNoContent)
}

func (a *api) notify(w http.ResponseWriter, r *http.Request) {
	order, err := a.store.get(r.PathValue("id"))
	if err == nil {
		err = notify(r.Context(), a.client, order)
	}
	if errors.Is(err, errNotFound) {
		http.Error(w, err.Error(), http.StatusNotFound)
	} else if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
}
