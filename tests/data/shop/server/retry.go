// Package server talks to the payment provider.
package server

import (
	"errors"
	"time"
)

// RetryPolicy says how often and how patiently a request is repeated.
type RetryPolicy struct {
	Attempts int
	Pause    time.Duration
}

// Do repeats a request with exponential backoff until it succeeds or the attempts are spent.
func (p RetryPolicy) Do(request func() error) error {
	pause := p.Pause
	for attempt := 0; attempt < p.Attempts; attempt++ {
		if request() == nil {
			return nil
		}
		time.Sleep(pause)
		pause *= 2
	}
	return errors.New("the provider does not answer")
}
