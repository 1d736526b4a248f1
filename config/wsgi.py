"""The WSGI application that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# Everything a request may need is loaded now, not by the first one. All of it stays, so that the garbage
# collector need not walk it ever again: it stopped the process for a tenth of a second now and then.
get_resolver().url_patterns  # noqa: B018  (reading it loads the views)
gc.collect()
gc.freeze()
