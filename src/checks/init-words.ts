/** Why provisioning fails, by a line that a container said of it, and what helps. */
interface InitWords {
  readonly pattern: RegExp;
  readonly means: string;
  readonly say: string;
}

/** Sources: Ollama's pull, curl, wget, Python's urllib and requests, sh; the "Common Issues" of the stack. */
export const initWords: readonly InitWords[] = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    means: 'the disk is full',
    say: 'Make room where the models are stored (disk space and inodes), then run it again',
  },
  {
    pattern: /pull model manifest: file does not exist|\b404\b.*not found|HTTP Error 404/i,
    means: 'the store has no such model',
    say: 'Correct the name of the model, then run it again',
  },
  {
    pattern: /\b(?:401|403)\b.*(?:unauthorized|forbidden)|gated repo|HTTP Error 40[13]/i,
    means: 'the store refuses it',
    say: 'Give it the token that the store asks for, then run it again',
  },
  {
    pattern:
      /no such host|could not resolve host|temporary failure in name resolution|name or service not known|bad address|network is unreachable|connection (?:refused|reset|timed out)|i\/o timeout|TLS handshake timeout|could not connect to (?:ollama|a running)|max retries exceeded/i,
    means: 'it did not reach what it loads from',
    say: 'Check the network of the node and of the container (names, proxy, the server that it waits for), then run it again',
  },
  {
    pattern: /permission denied/i,
    means: 'a file may not be run or written',
    say: 'See that the provision script is executable, and that its user may write to the models; then run it again',
  },
  {
    pattern: /no such file or directory|can't open file|not found$|command not found/i,
    means: 'a file that it runs is not there',
    say: 'See that the provision script exists where the container looks for it, then run it again',
  },
];

/** A line that says of itself that something failed. */
export const saysFailed =
  /^(?:error|fatal|traceback|!! error|curl: \(\d+\)|wget: |sh: |\/\S+: )|\berror:|: (?:permission denied|not found|no such file)/i;
