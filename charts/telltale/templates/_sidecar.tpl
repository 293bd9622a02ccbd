{{/* The sidecar itself: its container, its volume, and whether the cluster knows native sidecars. */}}

{{/* "true" when it is an init container with restartPolicy Always: it starts before the application and ends after it. */}}
{{- define "telltale.native" -}}
{{- $native := toString .Values.sidecar.native }}
{{- if eq $native "auto" }}
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
{{- printf "%s:%s" .repository (default $.Chart.AppVersion .tag) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "telltale.container" -}}
{{- $sidecar := .Values.sidecar -}}
name: {{ $sidecar.name }}
image: {{ include "telltale.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- if eq (include "telltale.native" .) "true" }}
restartPolicy: Always
{{- end }}
args: [serve, -c, /etc/telltale/telltale.yaml, --listen, {{ printf "%s:%v" $sidecar.address $sidecar.port | quote }}]
env:
  - name: TELLTALE_URL             # for `telltale healthcheck` in the container
    value: {{ printf "%s://127.0.0.1:%v" (include "telltale.scheme" .) $sidecar.port }}
{{- with $sidecar.env }}
{{ toYaml . | indent 2 }}
{{- end }}
ports:
  - {name: telltale, containerPort: {{ $sidecar.port }}, protocol: TCP}
# /metrics answers whatever the checks say: only a telltale that hangs is restarted, before its silence restarts others.
livenessProbe:
  httpGet: {path: /metrics, port: telltale, scheme: {{ include "telltale.scheme" . | upper }}}
  periodSeconds: 10
  timeoutSeconds: 2
  failureThreshold: 3
{{- if $sidecar.explain }}
readinessProbe:
  exec: {command: [/telltale, healthcheck, --gate, ready]}
  periodSeconds: 10
  timeoutSeconds: 3
  failureThreshold: 1
{{- end }}
resources: {{- toYaml $sidecar.resources | nindent 2 }}
securityContext: {{- toYaml $sidecar.securityContext | nindent 2 }}
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
configMap: {name: {{ include "telltale.configMapName" . }}}
{{- end }}
