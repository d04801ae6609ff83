import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kyodo.settings")

# What is loaded here stays for ever: looking through it for garbage would cost time at every start and in requests.
gc.disable()
application = get_wsgi_application()
gc.freeze()
gc.enable()
