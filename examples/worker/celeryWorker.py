"""`celery` by this interpreter, which ends with whoever started it, however that ends."""
import os
import sys
import threading

from celery.__main__ import main


def end_with_the_starter():
    """It holds the other end of the standard input."""
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_the_starter, daemon=True).start()
main()
