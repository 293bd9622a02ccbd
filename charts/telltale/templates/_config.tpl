{{/* telltale.yaml: `config` of the values. The listen address is an argument of the sidecar. */}}
{{- define "telltale.config" -}}
{{- if not .Values.config }}
{{- fail "telltale: config is empty: say in config.checks what is to be watched, or name a ConfigMap of yours in existingConfigMap" }}
{{- end }}
{{- $config := deepCopy .Values.config }}
{{- $server := default dict $config.server }}
{{- if hasKey $server "listen" }}
{{- fail "telltale: set sidecar.address and sidecar.port instead of config.server.listen, so that the probes find it" }}
{{- end }}
{{- if and (eq (include "telltale.native" .) "true") (not (hasKey $server "drain_delay")) }}
{{- /* A native sidecar gets SIGTERM after the application has ended, so there is nothing to drain. */}}
{{- $_ := set $config "server" (merge (dict "drain_delay" "0s") $server) }}
{{- end }}
{{- with include "telltale.mistakes" $config | trim }}
{{- fail (printf "telltale: config has mistakes:\n%s" .) }}
{{- end -}}
{{ include "telltale.yaml" $config | trim }}
{{- end }}

{{/* http or https, from the configuration in use. */}}
{{- define "telltale.scheme" -}}
{{- $tls := empty (default dict (default dict .Values.config).server).tls | ternary "http" "https" }}
{{- if .Values.existingConfigMap }}
{{- default "http" .Values.sidecar.scheme }}
{{- else if and .Values.sidecar.scheme (ne .Values.sidecar.scheme $tls) }}
{{- fail (printf "telltale: sidecar.scheme is %s and config.server makes it %s; it is needed with existingConfigMap only" .Values.sidecar.scheme $tls) }}
{{- else }}
{{- $tls }}
{{- end }}
{{- end }}
