{{/* How Prometheus scrapes: the same from a PodMonitor and a ServiceMonitor. Argument: (list CONTEXT MONITOR-VALUES). */}}
{{- define "telltale.endpoint" -}}
{{- $telltale := index . 0 }}
{{- $monitor := index . 1 -}}
port: telltale
path: /metrics
scheme: {{ include "telltale.scheme" $telltale }}
{{- if eq (include "telltale.scheme" $telltale) "https" }}
tlsConfig: {insecureSkipVerify: true}   # a pod's address is in no certificate
{{- end }}
interval: {{ $monitor.interval }}
scrapeTimeout: {{ $monitor.scrapeTimeout }}
relabelings:
  - {targetLabel: job, replacement: {{ include "telltale.job" $telltale }}}
{{- end }}
