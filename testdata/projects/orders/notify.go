package orders

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

const mailer = "http://mailer.internal/send?to="

// notify has the customer told that the order is on its way.
func notify(ctx context.Context, client *http.Client, order Order) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, mailer+url.QueryEscape(order.Email), http.NoBody)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer cancel()
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("mailer: %s", response.Status)
	}
	return nil
}
