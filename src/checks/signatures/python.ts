import { defineSignatures } from '../../core/signature.ts';

const services = ['api', 'worker', 'whisper', 'comfyui'] as const;

/** Errors with which a Python program ends while it is being loaded. */
export const python = defineSignatures([
  {
    id: 'AP-DEP',
    services,
    pattern: /^(?:ModuleNotFoundError|ImportError): No module named '[^']+'/,
    meaning: 'A Python module is not installed in the interpreter that runs this service',
    advice:
      'See which python the command uses; install the module there, or correct the directory when the module is your own.',
    restartHelps: 'no',
    examples: ["ModuleNotFoundError: No module named 'temporalio'"],
    source: 'recorded: CPython 3.11',
  },
  {
    id: 'AP-NAME',
    services,
    pattern: /^ImportError: cannot import name '[^']+' from /,
    meaning: 'A name is imported that the installed version of the module does not have',
    advice:
      'Compare the installed versions with the pinned ones; "partially initialized module" means a circular import.',
    restartHelps: 'no',
    examples: ["ImportError: cannot import name 'nonexistent_thing' from 'os' (/usr/lib/python3.11/os.py)"],
    source: 'recorded: CPython 3.11',
  },
  {
    id: 'AP-SYNTAX',
    services,
    pattern: /^(?:SyntaxError|IndentationError|TabError): /,
    meaning: 'A source file does not parse: a broken edit, or the wrong Python version',
    advice: 'Undo the last edit of the file that the traceback names; python -m py_compile FILE proves it.',
    restartHelps: 'no',
    examples: ['SyntaxError: invalid syntax', 'IndentationError: unexpected indent'],
    source: 'recorded: CPython 3.11',
  },
  {
    id: 'AP-ENV',
    services,
    pattern: /^KeyError: '[A-Z][A-Z0-9_]{2,}'|^pydantic_core\._pydantic_core\.ValidationError: \d+ validation error/,
    meaning: 'A variable of the environment or a setting is missing or wrong',
    advice: 'Add it where the manager sets the environment of the service; do not print its value.',
    restartHelps: 'no',
    examples: [
      "KeyError: 'TEMPORAL_ADDRESS'",
      'pydantic_core._pydantic_core.ValidationError: 2 validation errors for Settings',
    ],
    source: 'CPython; pydantic',
  },
]);
