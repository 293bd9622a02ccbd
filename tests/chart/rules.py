"""Rules that no schema expresses: names, references between objects of a release, and the "restricted" Pod Security
Standard."""
import re

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job")
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
# Volume types that "restricted" allows.
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


def pods(manifests):
    """(who, metadata, spec) of every pod in the objects."""
    for manifest in manifests:
        who = f"{manifest['kind']}/{manifest['metadata']['name']}"
        if manifest["kind"] == "Pod":
            yield who, manifest["metadata"], manifest["spec"]
        elif manifest["kind"] in WORKLOADS:
            template = manifest["spec"]["template"]
            yield who, template["metadata"], template["spec"]


def containers(spec):
    return spec["containers"] + spec.get("initContainers", [])


def selected(selector, labels):
    return bool(selector) and all((labels or {}).get(key) == value for key, value in selector.items())


def broken_references(manifests, provided=()):
    """Sentences about dangling references; `provided` are external ConfigMaps and Secrets."""
    names = {(m["kind"], m["metadata"]["name"]) for m in manifests}
    for who, metadata, spec in pods(manifests):
        yield from (f"{who}: {error}" for error in _in_pod(spec, names, provided))
    for manifest in manifests:
        who = f"{manifest['kind']}/{manifest['metadata']['name']}"
        yield from (f"{who}: {error}" for error in _selecting(manifest, manifests))


def _in_pod(spec, names, provided):
    volumes = {volume["name"]: volume for volume in spec.get("volumes", [])}
    everybody = containers(spec)
    if len({c["name"] for c in everybody}) != len(everybody):
        yield "two containers have one name"
    if len(volumes) != len(spec.get("volumes", [])):
        yield "two volumes have one name"
    for volume in volumes.values():
        wanted = volume.get("configMap", {}).get("name")
        if wanted and ("ConfigMap", wanted) not in names and wanted not in provided:
            yield f"ConfigMap {wanted} is not there"
    open_ports = {port["containerPort"] for c in everybody for port in c.get("ports", [])}
    for container in everybody:
        for mount in container.get("volumeMounts", []):
            if mount["name"] not in volumes:
                yield f"{container['name']} mounts {mount['name']}, which is no volume"
        own = {port.get("name") for port in container.get("ports", [])}
        for probe in PROBES:
            port = container.get(probe, {}).get("httpGet", {}).get("port")
            if port is not None and port not in (own if isinstance(port, str) else open_ports):
                yield f"{container['name']}: {probe} asks port {port}, which nobody opens"
            period, patience = (container.get(probe, {}).get(k, d) for k, d in (("periodSeconds", 10), ("timeoutSeconds", 1)))
            if patience > period:
                yield f"{container['name']}: {probe} takes longer than its period"
    for container in spec.get("initContainers", []):
        if container.get("restartPolicy") != "Always" and any(probe in container for probe in PROBES):
            yield f"{container['name']}: probes on an init container that is no sidecar"


def _selecting(manifest, manifests):
    kind, spec = manifest["kind"], manifest.get("spec", {})
    everyone = [(metadata, pod) for _, metadata, pod in pods(manifests)]
    if kind in WORKLOADS and "selector" in spec:
        if not selected(spec["selector"]["matchLabels"], spec["template"]["metadata"]["labels"]):
            yield "its selector does not select its own pods"
    selector = {"Service": spec.get("selector"), "PodMonitor": spec.get("selector", {}).get("matchLabels"),
                "PodDisruptionBudget": spec.get("selector", {}).get("matchLabels"),
                "NetworkPolicy": spec.get("podSelector", {}).get("matchLabels")}.get(kind)
    if selector is not None and everyone:
        chosen = [pod for metadata, pod in everyone if selected(selector, metadata.get("labels"))]
        if not chosen:
            yield "it selects no pod"
        ports = {port.get(field) for pod in chosen for c in containers(pod) for port in c.get("ports", [])
                 for field in ("name", "containerPort")}
        wanted = [p.get("targetPort") for p in spec.get("ports", [])] + [
            e.get("port") for e in spec.get("podMetricsEndpoints", [])]
        yield from (f"port {port} is no port of its pods" for port in wanted if port not in ports)
    if kind == "ServiceMonitor":
        services = [m for m in manifests if m["kind"] == "Service"
                    and selected(spec["selector"]["matchLabels"], m["metadata"]["labels"])]
        ports = {port["name"] for service in services for port in service["spec"]["ports"]}
        yield from (f"port {e['port']} is no port of a Service it selects" for e in spec["endpoints"] if e["port"] not in ports)
    if kind == "HorizontalPodAutoscaler":
        target = spec["scaleTargetRef"]
        found = [m for m in manifests if (m["kind"], m["metadata"]["name"]) == (target["kind"], target["name"])]
        yield from ("its target has replicas of its own" for m in found if "replicas" in m["spec"])


def impatient(manifests):
    """Sentences about applications that would restart because of a hung sidecar, before the sidecar itself
    restarts."""
    for who, _, spec in pods(manifests):
        sidecar = next(c for c in containers(spec) if any(port.get("name") == "telltale" for port in c.get("ports", [])))
        own = sidecar.get("livenessProbe")
        if not own:
            yield f"{who}: the sidecar has no livenessProbe"
            continue
        # A hung process ignores SIGTERM, so the grace period passes; then it must start and be probed once.
        back = _patience(own) + own.get("terminationGracePeriodSeconds", spec.get("terminationGracePeriodSeconds", 30)) + 10
        for container in containers(spec):
            probe = container.get("livenessProbe")
            if container is not sidecar and probe and _patience(probe) < back:
                yield f"{who}: {container['name']} is restarted after {_patience(probe)} s, the sidecar is back after {back} s"


def _patience(probe):
    return probe.get("periodSeconds", 10) * probe.get("failureThreshold", 3)


# Names that Kubernetes accepts: RFC 1035 for a Service, a subdomain of RFC 1123 for most others; both limited in
# length.
NAMES = {"Service": (r"[a-z]([-a-z0-9]*[a-z0-9])?", 63), "Job": (r"[a-z0-9]([-.a-z0-9]*[a-z0-9])?", 63)}
LABEL = r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?"


def bad_names(manifests):
    """Sentences about names and labels that Kubernetes rejects."""
    for manifest in manifests:
        name = manifest["metadata"]["name"]
        pattern, longest = NAMES.get(manifest["kind"], (r"[a-z0-9]([-.a-z0-9]*[a-z0-9])?", 253))
        if not isinstance(name, str) or len(name) > longest or not re.fullmatch(pattern, name):
            yield f"{manifest['kind']}/{name}: not a name"
        template = manifest.get("spec", {}).get("template", {})
        for labels in (manifest["metadata"].get("labels"), template.get("metadata", {}).get("labels")):
            for key, value in (labels or {}).items():
                if not isinstance(key, str) or not isinstance(value, str) or len(value) > 63 or not re.fullmatch(LABEL, value):
                    yield f"{manifest['kind']}/{name}: label {key}: {value!r}"


def not_restricted(manifests):
    """Sentences about pods that the Pod Security Standard "restricted" rejects."""
    for who, _, spec in pods(manifests):
        for field in ("hostNetwork", "hostPID", "hostIPC"):
            if spec.get(field):
                yield f"{who}: {field}"
        for volume in spec.get("volumes", []):
            if not VOLUMES & volume.keys():
                yield f"{who}: volume {volume['name']} is of a type that is not allowed"
        pod = spec.get("securityContext", {})
        for container in containers(spec):
            yield from (f"{who}.{container['name']}: {error}"
                        for error in _not_restricted(container.get("securityContext", {}), pod, container))


def _not_restricted(own, pod, container):
    either = {**pod, **own}
    if own.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation is not false"
    if "ALL" not in own.get("capabilities", {}).get("drop", []):
        yield "does not drop ALL capabilities"
    if set(own.get("capabilities", {}).get("add", [])) - {"NET_BIND_SERVICE"}:
        yield "adds capabilities"
    if either.get("runAsNonRoot") is not True or either.get("runAsUser") == 0:
        yield "may run as root"
    if either.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield "has no seccomp profile"
    if own.get("privileged") or "procMount" in own:
        yield "is privileged"
    if any(port.get("hostPort") for port in container.get("ports", [])):
        yield "opens a port of the node"
