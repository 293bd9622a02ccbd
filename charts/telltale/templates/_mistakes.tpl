{{/*
Mistakes in `config` that its JSON Schema cannot detect and with which the program would not start: one sentence per line.
Values with variables are not checked here.
*/}}
{{- define "telltale.mistakes" -}}
{{- $server := default dict .server }}
{{- if and (eq (toString $server.metrics) "token") (not $server.token) }}
server.metrics: there is no token; set server.token as well
{{- end }}
{{- include "telltale.notBelow" (list "server" "drain_delay" $server.drain_delay "5s" "shutdown_timeout" $server.shutdown_timeout "25s") }}
{{- $names := list }}
{{- range $check := .checks }}
  {{- if has $check.name $names }}
checks: the name {{ $check.name }} is given twice
  {{- end }}
  {{- $names = append $names $check.name }}
  {{- $defaults := default dict $.defaults }}
  {{- if eq (toString $check.type) "sqlite_integrity" }}
  {{- $defaults = omit $defaults "interval" "timeout" "failing_interval" "max_age" }}
  {{- end }}
  {{- include "telltale.checkMistakes" (list $check (merge (dict) $check $defaults)) }}
{{- end }}
{{- end }}

{{/* Argument: (list CHECK CHECK-WITH-DEFAULTS). */}}
{{- define "telltale.checkMistakes" -}}
{{- $own := index . 0 }}
{{- $check := index . 1 }}
{{- $who := printf "check %s" (toString $own.name) }}
{{- $cadences := dict "certificate" (list "1m" "2s") "sqlite_backup" (list "1m" "2s") "sqlite_integrity" (list "6h" "1m") }}
{{- $cadence := default (list "10s" "2s") (get $cadences (toString $own.type)) }}
{{- $interval := default (first $cadence) $check.interval }}
{{- $timeout := default (last $cadence) $check.timeout }}
{{- include "telltale.notBelow" (list $who "timeout" $timeout "" "interval" $interval "") }}
{{- with $check.failing_interval }}{{ include "telltale.above" (list $who "failing_interval" . "interval" $interval) }}{{ end }}
{{- with $check.max_age }}{{ include "telltale.tooYoung" (list $who . $interval $timeout) }}{{ end }}
{{- if eq (toString $own.type) "disk" }}
{{- include "telltale.above" (list $who "warn" (default "80%" $own.warn) "fail" (default "90%" $own.fail)) }}
{{- end }}
{{- range $option, $limit := omit $own "content" "headers" "links" }}
{{- if kindIs "map" $limit }}{{ include "telltale.limitMistakes" (list $who $option $limit) }}{{ end }}
{{- end }}
{{- with $own.backup }}
{{- if kindIs "map" . }}{{ if kindIs "map" .max_age }}{{ include "telltale.limitMistakes" (list $who "backup.max_age" .max_age) }}{{ end }}{{ end }}
{{- end }}
{{- with $own.integrity }}
{{- if kindIs "map" . }}{{ include "telltale.notBelow" (list $who "integrity.timeout" .timeout "1m" "integrity.every" .every "") }}{{ end }}
{{- end }}
{{- if and $own.query (eq $own.type "sqlite") (ne (toString $own.mode) "query") (not (contains "${" (toString $own.mode))) }}
{{ $who }}: query needs mode: query
{{- end }}
{{- if and $own.expect (eq $own.type "sqlite") (not $own.query) }}
{{ $who }}: expect needs a query
{{- end }}
{{- if and (eq $own.type "marker") $own.path $own.paths }}
{{ $who }}: only one of path and paths may be given
{{- end }}
{{- if and (eq (toString $own.type) "marker") (not $own.path) (not $own.paths) }}
{{ $who }}: path is missing (or paths for several files)
{{- end }}
{{- $gates := kindIs "slice" $check.gates | ternary $check.gates (list $check.gates) }}
{{- if and (eq (toString $check.scope) "shared") (has "live" $gates) }}
{{ $who }}: a check of scope shared must not feed live
{{- end }}
{{- end }}

{{/* The bounds of a limit such as {warn: 64MiB, fail: 512MiB}; for some limits smaller is worse. Argument: (list WHO OPTION LIMIT). */}}
{{- define "telltale.limitMistakes" -}}
{{- $option := index . 1 }}
{{- $limit := index . 2 }}
{{- $warn := list (printf "%s.warn" $option) $limit.warn }}
{{- $fail := list (printf "%s.fail" $option) $limit.fail }}
{{- $ordered := has $option (list "free" "certificate" "expiry" "answers" "below") | ternary (concat $fail $warn) (concat $warn $fail) }}
{{- include "telltale.above" (concat (list (index . 0)) $ordered) }}
{{- end }}

{{/* A sentence unless one duration or percentage is below the other. Argument: (list WHO NAME VALUE DEFAULT OTHER-NAME VALUE DEFAULT). */}}
{{- define "telltale.notBelow" -}}
{{- $less := default (index . 3) (index . 2) }}
{{- $more := default (index . 6) (index . 5) }}
{{- $a := include "telltale.quantity" $less }}
{{- $b := include "telltale.quantity" $more }}
{{- if and $a $b }}{{ if ge (float64 $a) (float64 $b) }}
{{ index . 0 }}: {{ index . 1 }} {{ $less }} is not below {{ index . 4 }} {{ $more }}
{{- end }}{{ end }}
{{- end }}

{{/* Argument: (list WHO MAX-AGE INTERVAL TIMEOUT). */}}
{{- define "telltale.tooYoung" -}}
{{- $age := include "telltale.quantity" (index . 1) }}
{{- $interval := include "telltale.quantity" (index . 2) }}
{{- $timeout := include "telltale.quantity" (index . 3) }}
{{- if and $age $interval $timeout }}{{ if lt (float64 $age) (addf $interval $timeout) }}
{{ index . 0 }}: max_age {{ index . 1 }} is below interval plus timeout
{{- end }}{{ end }}
{{- end }}

{{/* A sentence when one quantity is above the other. Argument: (list WHO NAME VALUE OTHER-NAME VALUE). */}}
{{- define "telltale.above" -}}
{{- $a := include "telltale.quantity" (index . 2) }}
{{- $b := include "telltale.quantity" (index . 4) }}
{{- if and $a $b }}{{ if gt (float64 $a) (float64 $b) }}
{{ index . 0 }}: {{ index . 1 }} {{ index . 2 }} is above {{ index . 3 }} {{ index . 4 }}
{{- end }}{{ end }}
{{- end }}

{{/*
A duration such as 1h30m in milliseconds, a size in bytes, or a percentage; nothing for anything else, such as a text with a variable.
*/}}
{{- define "telltale.quantity" -}}
{{- $units := dict "d" 86400000 "h" 3600000 "m" 60000 "s" 1000 "ms" 1 "%" 1 "B" 1 "kB" 1e3 "MB" 1e6 "GB" 1e9 "TB" 1e12
    "KiB" 1024 "MiB" 1048576 "GiB" 1073741824 "TiB" 1099511627776 }}
{{- $unit := "(ms|[dhms%]|[KMGT]iB|[kMGT]?B)" }}
{{- if regexMatch (printf "^([0-9]+([.][0-9]+)?%s)+$" $unit) (toString .) }}
{{- $sum := 0.0 }}
{{- range regexFindAll (printf "[0-9.]+%s" $unit) . -1 }}
{{- $unit := regexFind "[A-Za-z%]+$" . }}
{{- $sum = addf $sum (mulf (float64 (trimSuffix $unit .)) (get $units $unit)) }}
{{- end }}
{{- printf "%.3f" $sum }}
{{- end }}
{{- end }}
