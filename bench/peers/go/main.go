// What a service in Go writes for itself: /health by net/http, /metrics by promhttp.
//
//	go-server 127.0.0.1:9100 [SERIES]
package main

import (
	"io"
	"log"
	"net/http"
	"os"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func main() {
	body := os.Getenv("BODY")
	http.HandleFunc("/health", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/health+json")
		w.Header().Set("Cache-Control", "no-store")
		io.WriteString(w, body)
	})
	if len(os.Args) > 2 {
		http.Handle("/metrics", promhttp.HandlerFor(registered(os.Args[2]), promhttp.HandlerOpts{}))
	}
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
