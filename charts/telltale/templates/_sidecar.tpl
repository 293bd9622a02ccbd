{{/* The sidecar: its container, its volume, and whether the cluster supports native sidecars. */}}

{{/* "true" when it is an init container with restartPolicy Always: it starts before the application and ends after it. */}}
{{- define "telltale.native" -}}
{{- $native := get .Values.sidecar "native" | toString }}
{{- if has $native (list "auto" "") }}
{{- semverCompare ">=1.29.0-0" .Capabilities.KubeVersion.Version }}
{{- else }}
{{- $native }}
{{- end }}
{{- end }}

{{- define "telltale.image" -}}
{{- with .Values.image }}
{{- if .digest }}
{{- printf "%s@%s" .repository .digest }}
{{- else }}
{{- printf "%s:%s" .repository (default $.Chart.AppVersion .tag | include "telltale.text") }}
{{- end }}
{{- end }}
{{- end }}

{{/* The listen address. A loopback address is rejected, because the kubelet's probes cannot reach it. */}}
{{- define "telltale.address" -}}
{{- $address := .Values.sidecar.address }}
{{- if regexMatch "(?i)^(localhost|127[.].*|[[][0:]*:0*1[]]|[[][0:]*:ffff:(127[.]|7f[0-9a-f]{2}:).*)$" $address }}
{{- fail (printf "telltale: sidecar.address is %s, where the kubelet's probes never reach it: use [::], which is all addresses" $address) }}
{{- end }}
{{- $address }}
{{- end }}

{{/* Its environment: sidecar.env, and the URL for `telltale healthcheck` in the container. */}}
{{- define "telltale.env" -}}
{{- $sidecar := .Values.sidecar }}
{{- $address := include "telltale.address" . }}
{{- $names := list }}
{{- $env := list }}
{{- range $sidecar.env }}
{{- $names = append $names .name }}
{{- $env = append $env (kindIs "invalid" .value | ternary (omit . "value") (merge (dict "value" (include "telltale.text" .value)) .)) }}
{{- end }}
{{- range regexFindAll "[$][(][A-Za-z_][A-Za-z0-9_]*[)]" $address -1 }}
{{- $name := . | trimPrefix "$(" | trimSuffix ")" }}
{{- if not (has $name $names) }}
{{- fail (printf "telltale: sidecar.address names %s, and sidecar.env has no %s; a pod's address is {name: %s, valueFrom: {fieldRef: {fieldPath: status.podIP}}}" . $name $name) }}
{{- end }}
{{- end }}
{{- $host := has $address (list "0.0.0.0" "[::]") | ternary "127.0.0.1" $address }}
{{- $url := dict "name" "TELLTALE_URL" "value" (printf "%s://%s:%v" (include "telltale.scheme" .) $host $sidecar.port) }}
{{- /* Last, because a value may use only variables that are defined before it. */}}
{{- has "TELLTALE_URL" $names | ternary $env (append $env $url) | toYaml }}
{{- end }}

{{- define "telltale.container" -}}
{{- $sidecar := .Values.sidecar -}}
name: {{ $sidecar.name | quote }}
image: {{ include "telltale.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- if eq (include "telltale.native" .) "true" }}
restartPolicy: Always
{{- end }}
args: [serve, -c, /etc/telltale/telltale.yaml, --listen, {{ printf "%s:%v" (include "telltale.address" .) $sidecar.port | quote }}]
env: {{- include "telltale.env" . | nindent 2 }}
ports:
  - {name: telltale, containerPort: {{ $sidecar.port }}, protocol: TCP}
# /ping is independent of checks and tokens: only a hung telltale is restarted. A hung telltale ignores SIGTERM, and after the
# grace period of the pod the application's liveness probe would have failed as well.
livenessProbe:
  httpGet: {path: /ping, port: telltale, scheme: {{ include "telltale.scheme" . | upper }}}
  periodSeconds: 10
  timeoutSeconds: 2
  failureThreshold: 3
  terminationGracePeriodSeconds: 5
{{- if eq (include "telltale.explains" .) "true" }}
readinessProbe:
  exec: {command: [/telltale, healthcheck, --gate, ready]}
  {{- include "telltale.pace" .Values.probes.readiness | nindent 2 }}
{{- end }}
terminationMessagePolicy: FallbackToLogsOnError   # why a configuration is refused, in `kubectl describe pod`
{{- with $sidecar.resources }}
resources: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $sidecar.securityContext }}
securityContext: {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  - {name: telltale-config, mountPath: /etc/telltale, readOnly: true}
{{- range $sidecar.mounts }}
  - {{- toYaml (ternary . (merge (dict "readOnly" true) .) (hasKey . "readOnly")) | nindent 4 }}
{{- end }}
{{- with $sidecar.volumeMounts }}
{{ toYaml . | indent 2 }}
{{- end }}
{{- end }}

{{- define "telltale.volume" -}}
name: telltale-config
configMap: {name: {{ include "telltale.configMapName" . | quote }}}
{{- end }}
