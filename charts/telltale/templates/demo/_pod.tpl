{{/* The demo's pod as the chart of an application would define it, without telltale. */}}
{{- define "telltale.demoPod" -}}
{{- $demo := .Values.demo -}}
metadata:
  labels: {{- include "telltale.demoLabels" . | nindent 4 }}
  {{- with $demo.podAnnotations }}
  annotations: {{- include "telltale.texts" . | nindent 4 }}
  {{- end }}
spec:
  automountServiceAccountToken: false
  {{- with $demo.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    seccompProfile: {type: RuntimeDefault}
  containers:
    - name: app
      image: {{ printf "%s:%s" $demo.image.repository (default .Chart.AppVersion $demo.image.tag | include "telltale.text") | quote }}
      imagePullPolicy: {{ $demo.image.pullPolicy }}
      env:
        - {name: DEMO_DATA, value: /data}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      {{- with $demo.resources }}
      resources: {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - {name: data, mountPath: /data}
  volumes:
    - {name: data, emptyDir: {sizeLimit: 256Mi}}
  {{- with $demo.nodeSelector }}
  nodeSelector: {{- include "telltale.texts" . | nindent 4 }}
  {{- end }}
  {{- with $demo.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $demo.affinity }}
  affinity: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if $demo.topologySpread.enabled }}
  topologySpreadConstraints:
    - {{- toYaml (omit $demo.topologySpread "enabled") | nindent 6 }}
      labelSelector:
        matchLabels: {{- include "telltale.demoLabels" . | nindent 10 }}
  {{- end }}
{{- end }}

{{- define "telltale.demoLabels" -}}
app.kubernetes.io/name: {{ printf "%s-demo" (include "telltale.demoName" .) | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* The chart's name truncated so that the longest suffix of its labels fits, "-demo-job". */}}
{{- define "telltale.demoName" -}}
{{- include "telltale.cut" (list 54 (include "telltale.name" .)) }}
{{- end }}
