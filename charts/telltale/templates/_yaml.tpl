{{/*
A map or a list as block-style YAML whose texts are all in double quotes, on one line each, as are keys that are not plain words.
toYaml folds a long text over several lines, which the program rejects in some cases, and writes nothing for some texts. YAML has
all escape sequences of %q: \n, \", \\, \x7f, \u0085, \U000e0001.
*/}}
{{- define "telltale.yaml" -}}
{{- if kindIs "map" . -}}
{{- range $key, $value := . }}
{{ include "telltale.yamlKey" $key }}: {{- include "telltale.yamlMember" $value }}
{{- end }}
{{- else -}}
{{- range . }}
- {{ include "telltale.yamlValue" . | nindent 2 | trim }}
{{- end }}
{{- end }}
{{- end }}

{{- define "telltale.yamlKey" -}}
{{- $word := and (regexMatch "^[a-z][a-z0-9_]+$" .) (not (has . (list "on" "off" "yes" "no" "true" "false" "null"))) }}
{{- ternary . (printf "%q" .) $word }}
{{- end }}

{{/* The value of a key: a scalar on the same line, a map or a list below it. */}}
{{- define "telltale.yamlMember" -}}
{{- $text := include "telltale.yamlValue" . }}
{{- if and (or (kindIs "map" .) (kindIs "slice" .)) . }}{{ nindent 2 $text }}{{ else }} {{ $text }}{{ end }}
{{- end }}

{{- define "telltale.yamlValue" -}}
{{- if kindIs "string" . }}{{ printf "%q" . }}
{{- else if and (or (kindIs "map" .) (kindIs "slice" .)) . }}{{ include "telltale.yaml" . | trim }}
{{- else }}{{ toJson . }}
{{- end }}
{{- end }}
