# telltale as an image that holds nothing else: the program, CA certificates, a user.
#
#   docker build -t telltale:0.1.0 .
#   docker build --build-arg BASE=debian:bookworm-slim@sha256:DIGEST .     the same base every time; the digest is what
#                                       `docker buildx imagetools inspect debian:bookworm-slim` prints
#   buildah bud --format docker .       (the OCI format has no HEALTHCHECK)
#
# In an image of your own:   COPY --from=telltale:0.1.0 /opt/telltale /opt/telltale
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
WORKDIR /src
# What changes least comes first, so that its layers are kept.
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
# A model may load for minutes. Failures do not count until then; in Docker the first success ends the start period.
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
