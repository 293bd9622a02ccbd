# Image of telltale: the program, CA certificates and a user, nothing else.
#
#   docker build -t telltale:0.1.0 .
#   docker build --build-arg BASE=debian:bookworm-slim@sha256:DIGEST .     a pinned base image; the digest is printed by
#                                       `docker buildx imagetools inspect debian:bookworm-slim`
#   buildah bud --format docker .       (the OCI format has no HEALTHCHECK)
#
# In your own image:   COPY --from=telltale:0.1.0 /opt/telltale /opt/telltale
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
WORKDIR /src
# Steps that change least come first, so that their layers stay cached.
COPY scripts/deps.sh scripts/
RUN scripts/deps.sh --build
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY include include
COPY lib lib
COPY checks checks
COPY sidecar sidecar
RUN --mount=type=cache,target=/root/.cache/ccache \
    cmake --preset release -DCMAKE_EXE_LINKER_FLAGS=-s \
 && cmake --build --preset release --target telltale
COPY image image
RUN image/root.sh build/release/telltale . /image

FROM scratch
COPY --from=build /image/base/ /
COPY --from=build /image/program/ /
ENV PATH=/opt/telltale SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532:65532
EXPOSE 9640
# A model may load for minutes. Failures do not count during the start period; in Docker the first success ends it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10m --retries=3 CMD ["/telltale", "healthcheck"]
ENTRYPOINT ["/telltale"]
CMD ["serve"]
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="telltale" \
      org.opencontainers.image.description="Runtime health and readiness sidecar" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
