{{/* Probes of the application's container: they ask the sidecar, by number, since a port's name is its container's own. */}}
{{- define "telltale.probes" -}}
{{- $paths := dict "startup" "/startup" "readiness" "/ready" "liveness" "/health" }}
{{- $probes := dict }}
{{- $scheme := include "telltale.scheme" . | upper }}
{{- range $kind, $path := $paths }}
{{- $probe := get $.Values.probes $kind }}
{{- if $probe.enabled }}
{{- $get := dict "path" $path "port" $.Values.sidecar.port "scheme" $scheme }}
{{- $_ := set $probes (printf "%sProbe" $kind) (merge (dict "httpGet" $get) (omit $probe "enabled")) }}
{{- end }}
{{- end }}
{{- toYaml $probes }}
{{- end }}
