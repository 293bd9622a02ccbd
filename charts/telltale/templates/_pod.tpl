{{/*
Adds telltale to your pod, in one line:

  template: {{- include "telltale.pod" (list .Subcharts.telltale (include "my.pod" .)) | nindent 4 }}

"my.pod" is your pod template (metadata and spec). It comes back with the sidecar, the volume of its configuration, whose name
changes with the configuration and so rolls the pods, probes on the application's container, and a label that monitors and
policies select. With telltale.enabled: false it comes back as it is.
*/}}
{{- define "telltale.pod" -}}
{{- $telltale := index . 0 }}
{{- if and $telltale $telltale.Values.enabled }}{{ include "telltale.podWith" . }}{{ else }}{{ index . 1 }}{{ end }}
{{- end }}

{{- define "telltale.podWith" -}}
{{- $telltale := index . 0 }}
{{- $pod := fromYaml (index . 1) }}
{{- if hasKey $pod "Error" }}
{{- fail (printf "telltale.pod: the pod template is not YAML: %s" $pod.Error) }}
{{- end }}
{{- if not (and $pod.spec $pod.spec.containers) }}
{{- fail "telltale.pod: the pod template has no spec.containers" }}
{{- end }}
{{- $native := eq (include "telltale.native" $telltale) "true" }}
{{- if and (not $native) (has $pod.spec.restartPolicy (list "Never" "OnFailure")) }}
{{- fail "telltale.pod: a plain container would keep the Job from completing; use a native sidecar (sidecar.native: true, Kubernetes 1.29 or later)" }}
{{- end }}

{{- $metadata := default dict $pod.metadata }}
{{- $labels := merge (fromYaml (include "telltale.podLabel" $telltale)) (default dict $metadata.labels) }}
{{- $_ := set $metadata "labels" $labels }}
{{- $_ := set $pod "metadata" $metadata }}

{{- $application := default (index $pod.spec.containers 0).name $telltale.Values.sidecar.application | toString }}
{{- $found := false }}
{{- range $container := $pod.spec.containers }}
{{- if eq $container.name $application }}
{{- $found = true }}
{{- $_ := merge $container (fromYaml (include "telltale.probesMissing" (list $telltale $container))) }}
{{- end }}
{{- end }}
{{- if not $found }}
{{- fail (printf "telltale.pod: sidecar.application is %q, and the pod has no such container" $application) }}
{{- end }}

{{- $sidecar := fromYaml (include "telltale.container" $telltale) }}
{{- if $native }}
{{- $_ := set $pod.spec "initContainers" (append (default list $pod.spec.initContainers) $sidecar) }}
{{- else }}
{{- $_ := set $pod.spec "containers" (append $pod.spec.containers $sidecar) }}
{{- end }}
{{- $_ := set $pod.spec "volumes" (append (default list $pod.spec.volumes) (fromYaml (include "telltale.volume" $telltale))) }}
{{- toYaml $pod }}
{{- end }}

{{/* The probes that a container does not have; an existing probe is never merged with the chart's. */}}
{{- define "telltale.probesMissing" -}}
{{- $container := index . 1 }}
{{- $missing := dict }}
{{- range $name, $probe := fromYaml (include "telltale.probes" (index . 0)) }}
{{- if not (hasKey $container $name) }}
{{- $_ := set $missing $name $probe }}
{{- end }}
{{- end }}
{{- toYaml $missing }}
{{- end }}
