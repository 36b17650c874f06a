# docker build -t goleaklint . && docker run --rm -v "$PWD:/src:ro" goleaklint check
FROM python:3.13-slim AS build
COPY . /goleaklint
RUN python -m venv /opt/goleaklint \
 && /opt/goleaklint/bin/pip install --no-cache-dir --disable-pip-version-check /goleaklint

FROM python:3.13-slim
# git tells what is new (--new-from); the mounted checkout belongs to somebody else than the user in here.
RUN apt-get update \
 && apt-get install -y --no-install-recommends git \
 && rm -rf /var/lib/apt/lists/* \
 && git config --system --add safe.directory '*' \
 && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin goleaklint
COPY --from=build /opt/goleaklint /opt/goleaklint
ENV PATH="/opt/goleaklint/bin:$PATH" \
    GOLEAKLINT_CACHE_DIR=/tmp/goleaklint
USER 10001:10001
WORKDIR /src
ENTRYPOINT ["goleaklint"]
CMD ["check"]
