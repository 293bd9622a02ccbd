{{/* Probes of the application's container to the sidecar's port, by number, because a port name is local to its container. */}}
{{- define "telltale.probes" -}}
{{- $paths := dict "startup" "/startup" "readiness" "/ready" "liveness" "/health" }}
{{- $probes := dict }}
{{- range $kind, $path := $paths }}
{{- $probe := get $.Values.probes $kind }}
{{- $replaced := and (eq $kind "readiness") (eq (include "telltale.explains" $) "true") }}
{{- if and $probe.enabled (not $replaced) }}
{{- $get := dict "path" $path "port" $.Values.sidecar.port "scheme" (include "telltale.scheme" $ | upper) }}
{{- $get = merge (dict) (pick $probe "path" "httpHeaders" "host") $get }}
{{- $_ := set $probes (printf "%sProbe" $kind) (merge (dict "httpGet" $get) (include "telltale.pace" $probe | fromYaml)) }}
{{- end }}
{{- end }}
{{- toYaml $probes }}
{{- end }}

{{/*
"true" when the sidecar has a readiness probe that prints the reasons. The pod is ready only when all its containers are, so
the application needs none: its "statuscode: 503" would use up the few events that the kubelet records for a pod.
*/}}
{{- define "telltale.explains" -}}
{{- $readiness := .Values.probes.readiness }}
{{- if and .Values.sidecar.explain $readiness.enabled (not (or $readiness.path $readiness.httpHeaders $readiness.host)) }}
{{- true }}
{{- end }}
{{- end }}

{{/* The fields of a probe except those of its request. */}}
{{- define "telltale.pace" -}}
{{- omit . "enabled" "path" "httpHeaders" "host" | toYaml }}
{{- end }}
