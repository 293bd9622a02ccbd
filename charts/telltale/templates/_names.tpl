{{/* Names and labels that every object of the chart has. */}}

{{- define "telltale.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "telltale.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "telltale.name" .) .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "telltale.name" .) | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "telltale.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/name: {{ include "telltale.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The label of every pod that got the sidecar from this release: what monitors, service and policies select. */}}
{{- define "telltale.podLabel" -}}
telltale-sidecar: {{ include "telltale.fullname" . }}
{{- end }}

{{- define "telltale.metadata" -}}
name: {{ include "telltale.fullname" . }}
namespace: {{ .Release.Namespace }}
labels: {{- include "telltale.labels" . | nindent 2 }}
{{- end }}

{{- define "telltale.configMapName" -}}
{{- default (include "telltale.fullname" .) .Values.existingConfigMap }}
{{- end }}

{{/* The scrape job: monitors set it, alerts ask for it. */}}
{{- define "telltale.job" -}}
{{- default (include "telltale.fullname" .) .Values.prometheusRule.job }}
{{- end }}

{{- define "telltale.serviceSelector" -}}
app.kubernetes.io/name: {{ include "telltale.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
