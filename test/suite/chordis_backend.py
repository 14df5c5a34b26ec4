"""
Celery's RedisBackend with chordis in its place: what is stored, read, saved of groups and
returned of chords goes to a Node process that uses the public API (`serve.mjs`), one for
each process of Python. A pytest plugin: loading it puts the backend behind `redis://`.

While it works on a request, Node may have Python call an errback that takes three arguments.
"""
import base64

from celery import states
from celery.app import backends
from celery.app.task import Context
from celery.backends.redis import RedisBackend
from celery.exceptions import BackendStoreError
from celery.result import result_from_tuple
from celery.utils.functional import _regen, arity_greater
from kombu.utils.encoding import bytes_to_str

from chordis_node import Node, Raised

REQUEST_FIELDS = (
    'id', 'root_id', 'parent_id', 'group', 'group_index', 'chord', 'chain', 'errbacks', 'task',
    'args', 'kwargs', 'hostname', 'retries', 'delivery_info', 'ignore_result', 'stamps',
    'stamped_headers', 'replaced_task_nesting', 'reply_to',
)


class ChordisBackend(RedisBackend):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.node = Node('serve.mjs', self.node_settings(), self.call_errback)

    def node_settings(self):
        conf = self.app.conf
        return {
            'url': self.url,
            'broker': conf.broker_url,
            'serializer': self.serializer,
            'accept': [self.serializer],
            'expires': self.expires,
            'failureExpires': self.failure_expires if 'result_failure_expires' in conf else None,
            'chordExpires': self.chord_expires,
            'chordOrdered': self._chord_zset,
            'chordJoinTimeout': conf.result_chord_join_timeout,
            'compression': self.compression,
            'resultExtended': conf.result_extended,
            'globalKeyprefix': self._transport_options.get('global_keyprefix'),
            'errbacks': self.errback_names(),
        }

    # ---------------------------------------------------------------------------------
    # keys and values
    # ---------------------------------------------------------------------------------

    def get(self, key):
        value = self.node.ask('get', key=bytes_to_str(key))
        return None if value is None else base64.b64decode(value)

    def mget(self, keys):
        values = self.node.ask('mget', keys=[bytes_to_str(key) for key in keys])
        return [None if value is None else base64.b64decode(value) for value in values]

    def delete(self, key):
        self.node.ask('delete', key=bytes_to_str(key))

    def incr(self, key):
        return self.node.ask('incr', key=bytes_to_str(key))

    def expire(self, key, value):
        return self.node.ask('expire', key=bytes_to_str(key), seconds=value)

    # ---------------------------------------------------------------------------------
    # tasks
    # ---------------------------------------------------------------------------------

    def _store_result(self, task_id, result, state, traceback=None, request=None, **kwargs):
        try:
            self.node.ask(
                'store',
                taskId=bytes_to_str(task_id),
                result=result,
                state=state,
                traceback=None if traceback is None else str(traceback),
                request=self.request_of(request),
            )
        except Raised as exc:
            raise BackendStoreError(str(exc), state=state, task_id=task_id) from exc
        return result

    def _get_task_meta_for(self, task_id):
        meta = self.node.ask('meta', taskId=bytes_to_str(task_id))
        if meta is None:
            return {'status': states.PENDING, 'result': None}
        return self.decode_result(meta)

    def _forget(self, task_id):
        self.node.ask('forget', taskId=bytes_to_str(task_id))

    # ---------------------------------------------------------------------------------
    # groups
    # ---------------------------------------------------------------------------------

    def _save_group(self, group_id, result):
        self.node.ask('saveGroup', groupId=group_id, result=result.as_tuple())
        return result

    def _restore_group(self, group_id):
        found = self.node.ask('restoreGroup', groupId=group_id)
        return None if found is None else {'result': result_from_tuple(found, self.app)}

    def _delete_group(self, group_id):
        self.node.ask('deleteGroup', groupId=group_id)

    # ---------------------------------------------------------------------------------
    # chords
    # ---------------------------------------------------------------------------------

    def add_to_chord(self, group_id, result):
        self.node.ask('addToChord', groupId=group_id, taskId=result.id)

    def set_chord_size(self, group_id, chord_size):
        self.node.ask('setChordSize', groupId=group_id, size=chord_size)

    def apply_chord(self, header_result_args, body, **kwargs):
        # A header that is made as it is sent can't nest, and must not be looked through.
        if not isinstance(header_result_args[1], _regen):
            header = self.app.GroupResult(*header_result_args)
            self.node.ask('applyChord', header=header.as_tuple(), body=body)

    def on_chord_part_return(self, request, state, result, propagate=None, **kwargs):
        if not request.group or not request.id:
            return
        self.node.ask(
            'chordPart',
            request=self.request_of(request),
            state=state,
            result=self.encode_result(result, state),
        )

    # ---------------------------------------------------------------------------------
    # requests and errbacks
    # ---------------------------------------------------------------------------------

    def request_of(self, request):
        if request is None:
            return None
        fields = {name: getattr(request, name, None) for name in REQUEST_FIELDS}
        children = getattr(request, 'children', None) or []
        return {**fields, 'children': [child.as_tuple() for child in children]}

    def errback_names(self):
        """Those that Celery calls where the chord failed, and does not send as tasks."""
        return [
            name
            for name, task in self.app.tasks.items()
            if hasattr(task, '__header__') and arity_greater(task.__header__, 1)
        ]

    def call_errback(self, message):
        errback = self.app.signature(message['call'])
        if errback.immutable:
            return errback()
        exc = self.exception_to_python(message['exception'])
        errback(Context(message['request']), exc, message['traceback'])


for scheme in ('redis', 'rediss'):
    backends.BACKEND_ALIASES[scheme] = 'chordis_backend:ChordisBackend'
