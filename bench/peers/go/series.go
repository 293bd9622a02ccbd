// The series that telltale has, so that as many are collected and written.
package main

import (
	"bufio"
	"log"
	"os"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

func labelsOf(text string) (names, values []string) {
	for _, pair := range strings.Split(text, ",") {
		if name, value, found := strings.Cut(pair, "="); found {
			names, values = append(names, name), append(values, value)
		}
	}
	return
}

func numbers(text string) (found []float64) {
	for _, word := range strings.Split(text, ",") {
		number, err := strconv.ParseFloat(word, 64)
		if err != nil {
			log.Fatal(err)
		}
		found = append(found, number)
	}
	return
}

// A line is kind, name, labels and a value, or the bounds of a histogram; separated by tabs.
func registered(path string) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	gauges := map[string]*prometheus.GaugeVec{}
	counters := map[string]*prometheus.CounterVec{}
	histograms := map[string]*prometheus.HistogramVec{}
	file, err := os.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		field := strings.Split(lines.Text(), "\t")
		name, given := field[1], numbers(field[3])
		names, values := labelsOf(field[2])
		switch field[0] {
		case "gauge":
			if gauges[name] == nil {
				gauges[name] = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: name}, names)
				registry.MustRegister(gauges[name])
			}
			gauges[name].WithLabelValues(values...).Set(given[0])
		case "counter":
			if counters[name] == nil {
				counters[name] = prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: name}, names)
				registry.MustRegister(counters[name])
			}
			counters[name].WithLabelValues(values...).Add(given[0])
		case "histogram":
			if histograms[name] == nil {
				histograms[name] = prometheus.NewHistogramVec(
					prometheus.HistogramOpts{Name: name, Help: name, Buckets: given}, names)
				registry.MustRegister(histograms[name])
			}
			histograms[name].WithLabelValues(values...).Observe(0.001)
		}
	}
	return registry
}
