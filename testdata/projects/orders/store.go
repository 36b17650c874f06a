package orders

import (
	"errors"
	"slices"
	"strings"
	"sync"
)

var (
	errNotFound = errors.New("no such order")
	errNoItems  = errors.New("an order needs items")
)

// Order is what a customer has asked for.
type Order struct {
	ID    string   `json:"id"`
	Email string   `json:"email"`
	Items []string `json:"items"`
	Cents int      `json:"cents"`
}

func (o Order) validate() error {
	if len(o.Items) == 0 {
		return errNoItems
	}
	return nil
}

// store keeps orders in memory.
type store struct {
	mu     sync.RWMutex
	orders map[string]Order
}

func newStore() *store {
	return &store{orders: map[string]Order{}}
}

func (s *store) put(order Order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders[order.ID] = order
}

func (s *store) get(id string) (Order, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	order, ok := s.orders[id]
	if !ok {
		return Order{}, errNotFound
	}
	return order, nil
}

func (s *store) all() []Order {
	s.mu.RLock()
	orders := make([]Order, 0, len(s.orders))
	for _, order := range s.orders {
		orders = append(orders, order)
	}
	s.mu.RUnlock()
	slices.SortFunc(orders, func(a, b Order) int { return strings.Compare(a.ID, b.ID) })
	return orders
}
