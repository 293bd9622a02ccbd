{{/* Names and labels that every object of the chart has. Names are texts, also where YAML reads 1234567, 1e10 or on as another type. */}}

{{/* A value as a text. Helm reads a number as a float, which would be printed as 1.234567e+06. */}}
{{- define "telltale.text" -}}
{{- if kindIs "float64" . }}{{ toJson . }}{{ else }}{{ toString . }}{{ end }}
{{- end }}

{{/* A map of labels or annotations with values that are texts. */}}
{{- define "telltale.texts" -}}
{{- $texts := dict }}
{{- range $key, $value := . }}
{{- $_ := set $texts $key (include "telltale.text" $value) }}
{{- end }}
{{- toYaml $texts }}
{{- end }}

{{/* The beginning of a text, without characters with which a name or label may not end. Argument: (list LENGTH TEXT). */}}
{{- define "telltale.cut" -}}
{{- regexReplaceAll "[._-]+$" (index . 1 | trunc (index . 0)) "" }}
{{- end }}

{{- define "telltale.name" -}}
{{- include "telltale.cut" (list 63 (default .Chart.Name .Values.nameOverride | include "telltale.text")) }}
{{- end }}

{{- define "telltale.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- include "telltale.cut" (list 50 (include "telltale.text" .Values.fullnameOverride)) }}
{{- else if contains (include "telltale.name" .) .Release.Name }}
{{- include "telltale.cut" (list 50 .Release.Name) }}
{{- else }}
{{- include "telltale.cut" (list 50 (printf "%s-%s" .Release.Name (include "telltale.name" .))) }}
{{- end }}
{{- end }}

{{/* The name of a Service begins with a letter and has no dots, unlike that of a release. */}}
{{- define "telltale.serviceName" -}}
{{- $name := include "telltale.fullname" . | replace "." "-" }}
{{- regexMatch "^[a-z]" $name | ternary $name (printf "telltale-%s" $name) }}
{{- end }}

{{/* The standard labels, changed by commonLabels and by an object's own labels. Argument: (list CONTEXT LABELS). */}}
{{- define "telltale.labels" -}}
{{- $telltale := index . 0 }}
{{- $standard := dict
    "helm.sh/chart" (include "telltale.cut" (list 63 (printf "%s-%s" $telltale.Chart.Name $telltale.Chart.Version | replace "+" "_")))
    "app.kubernetes.io/name" (include "telltale.name" $telltale)
    "app.kubernetes.io/instance" $telltale.Release.Name
    "app.kubernetes.io/version" $telltale.Chart.AppVersion
    "app.kubernetes.io/managed-by" $telltale.Release.Service }}
{{- merge (dict) (default dict (index . 1)) (default dict $telltale.Values.commonLabels) $standard | include "telltale.texts" }}
{{- end }}

{{/* The label of every pod with the sidecar of this release; monitors, Service and policies select it. */}}
{{- define "telltale.podLabel" -}}
telltale-sidecar: {{ include "telltale.fullname" . | quote }}
{{- end }}

{{/* Argument: (list CONTEXT NAME LABELS). */}}
{{- define "telltale.metadata" -}}
{{- $telltale := index . 0 -}}
name: {{ index . 1 | quote }}
namespace: {{ $telltale.Release.Namespace | quote }}
labels: {{- include "telltale.labels" (list $telltale (index . 2)) | nindent 2 }}
{{- end }}

{{/*
The name of the ConfigMap changes with its content: a changed configuration rolls out new pods, and existing pods keep theirs.
*/}}
{{- define "telltale.configMapName" -}}
{{- if .Values.existingConfigMap }}
{{- include "telltale.text" .Values.existingConfigMap }}
{{- else }}
{{- printf "%s-%s" (include "telltale.fullname" .) (include "telltale.config" . | sha256sum | trunc 10) }}
{{- end }}
{{- end }}

{{/* The scrape job: monitors set it, alerts select it. */}}
{{- define "telltale.job" -}}
{{- if .Values.prometheusRule.job }}{{ include "telltale.text" .Values.prometheusRule.job }}{{ else }}{{ include "telltale.fullname" . }}{{ end }}
{{- end }}
