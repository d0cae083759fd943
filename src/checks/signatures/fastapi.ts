import { defineSignatures } from '../../core/signature.ts';

/** Ways in which uvicorn ends before it serves. Recorded with uvicorn under Python 3.11. */
export const fastapi = defineSignatures([
  {
    id: 'AP-PATH',
    services: ['api'],
    pattern: /Error loading ASGI app\. Could not import module "[^"]+"/,
    meaning: 'The module that uvicorn is told to load is not there',
    advice:
      'Compare the module path in the command with the files in the working directory; the image may lack the code.',
    restartHelps: 'no',
    examples: ['ERROR:    Error loading ASGI app. Could not import module "src.api.mainx".'],
    source: 'recorded: uvicorn; uvicorn/importer.py',
  },
  {
    id: 'AP-ATTR',
    services: ['api'],
    pattern: /Error loading ASGI app\. Attribute "[^"]+" not found in module "[^"]+"/,
    meaning: 'The module is there, but it defines no application under the name in the command',
    advice: 'Correct what stands after the colon in the command of the service.',
    restartHelps: 'no',
    examples: ['ERROR:    Error loading ASGI app. Attribute "application" not found in module "src.api.main".'],
    source: 'recorded: uvicorn',
  },
  {
    id: 'AP-FMT',
    services: ['api'],
    pattern: /Error loading ASGI app\. Import string "[^"]*" must be in format/,
    meaning: 'The command names a module but no application in it',
    advice: 'Write module:application in the command of the service.',
    restartHelps: 'no',
    examples: [
      'ERROR:    Error loading ASGI app. Import string "src.api.main" must be in format "<module>:<attribute>".',
    ],
    source: 'recorded: uvicorn',
  },
  {
    id: 'AP-STARTUP',
    services: ['api'],
    pattern: /Application startup failed\. Exiting\./,
    meaning: 'The start-up hook of the application raised an error',
    advice: 'Read the traceback above this line: it is often a database, queue or variable that is missing.',
    generic: true,
    restartHelps: 'maybe',
    examples: ['ERROR:    Application startup failed. Exiting.'],
    source: 'recorded: uvicorn, exit status 3',
  },
]);
