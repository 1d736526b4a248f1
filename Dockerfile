# One image for every process of the service; docker-compose.yml says which process a container is.

FROM node:24-bookworm-slim AS frontend
WORKDIR /build
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
RUN npm run build

FROM python:3.13-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PATH=/srv/tatkham/.venv/bin:$PATH
WORKDIR /srv/tatkham
RUN useradd --create-home --uid 10001 tatkham && mkdir /data && chown tatkham /data
COPY requirements.txt constraints.txt ./
# PyTorch first and alone, from its index of builds without CUDA.
RUN python -m venv .venv \
    && pip install --no-deps --extra-index-url https://download.pytorch.org/whl/cpu "$(grep '^torch' requirements.txt)" \
    && pip install -r requirements.txt -c constraints.txt
COPY manage.py CHANGELOG.md ./
COPY docs/guideline-th.md docs/
COPY annotation annotation
COPY config config
COPY learner learner
COPY segmenter segmenter
COPY --from=frontend /build/dist frontend/dist
ENV TATKHAM_HOME=/data
VOLUME /data
USER tatkham
EXPOSE 8000
CMD ["python", "manage.py", "process", "web", "--host", "0.0.0.0"]
