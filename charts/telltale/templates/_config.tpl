{{/* telltale.yaml: the values' `config`. Where to listen is a matter of the sidecar's arguments. */}}
{{- define "telltale.config" -}}
{{- if hasKey (default dict .Values.config.server) "listen" }}
{{- fail "telltale: set sidecar.address and sidecar.port instead of config.server.listen, so that the probes find it" }}
{{- end -}}
{{ include "telltale.yaml" .Values.config | trim }}
{{- end }}

{{- define "telltale.scheme" -}}
{{- if (default dict .Values.config.server).tls }}https{{ else }}http{{ end }}
{{- end }}
