# Two stages: the first installs into a virtual environment from the lock, the second carries only that.
FROM python:3.12-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN python -m venv /opt/wakeful \
 && /opt/wakeful/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY api api
COPY controller controller
COPY schemas schemas
COPY specs specs
RUN /opt/wakeful/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim-bookworm
# git reads sources; openssh-client is for ssh:// ones.
RUN apt-get update \
 && apt-get install -y --no-install-recommends git openssh-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --create-home --home-dir /var/lib/wakeful wakeful
COPY --from=build /opt/wakeful /opt/wakeful
ENV PATH=/opt/wakeful/bin:$PATH WAKEFUL_DATA_DIR=/var/lib/wakeful PYTHONUNBUFFERED=1
USER wakeful
WORKDIR /var/lib/wakeful
VOLUME /var/lib/wakeful
EXPOSE 8080
ENTRYPOINT ["wakeful"]
CMD ["up", "--source", "/config", "--data-dir", "/var/lib/wakeful", "--host", "0.0.0.0", "--port", "8080"]
