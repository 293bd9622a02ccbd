{{/* The scrape settings, the same for a PodMonitor and a ServiceMonitor. Argument: (list CONTEXT MONITOR-VALUES). */}}
{{- define "telltale.endpoint" -}}
{{- $telltale := index . 0 }}
{{- $monitor := index . 1 }}
{{- $server := default dict (default dict $telltale.Values.config).server }}
{{- if and (eq (toString $server.metrics) "token") (not $telltale.Values.existingConfigMap) (not $monitor.authorization) }}
{{- fail "telltale: config.server.metrics is token, so podMonitor and serviceMonitor need authorization: {credentials: {name: SECRET, key: KEY}}" }}
{{- end -}}
port: telltale
path: /metrics
scheme: {{ include "telltale.scheme" $telltale }}
{{- if eq (include "telltale.scheme" $telltale) "https" }}
tlsConfig: {insecureSkipVerify: true}   # a pod's address is in no certificate
{{- end }}
{{- with $monitor.authorization }}
authorization: {{- toYaml . | nindent 2 }}
{{- end }}
interval: {{ $monitor.interval }}
scrapeTimeout: {{ $monitor.scrapeTimeout }}
relabelings:
  - {targetLabel: job, replacement: {{ include "telltale.job" $telltale | quote }}}
{{- end }}
