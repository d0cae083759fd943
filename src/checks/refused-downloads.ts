interface Refusal {
  readonly says: RegExp;
  readonly do: string;
  /** Answers as servers give them, for the test. */
  readonly examples: readonly string[];
}

/**
 * What servers of models answer in place of a file, and what helps.
 *
 * Sources: the error codes of S3 and of its relatives, the answers of Hugging Face, GitHub and Civitai.
 */
export const refusedDownloads: readonly Refusal[] = [
  {
    says: /RequestTimeTooSkewed|request has expired/i,
    do: 'Set the clock of the node, or have a signed URL made anew: the server takes this request for an old one.',
    examples: [
      'RequestTimeTooSkewed: The difference between the request time and the current time is too large.',
      'AccessDenied: Request has expired',
    ],
  },
  {
    says: /ExpiredToken|token (?:has |is )?expired|InvalidToken/i,
    do: 'Get new credentials for the download: those that were used have expired.',
    examples: [
      'ExpiredToken: The provided token has expired.',
      'InvalidToken: The provided token is malformed or otherwise invalid.',
    ],
  },
  {
    says: /gated|is restricted|must be authenticated|accept the (?:license|conditions)|awaiting a review/i,
    do: 'Accept the terms of the model on its page, then download it with the token (HF_TOKEN) of that account.',
    examples: [
      'Access to model meta-llama/Llama-3.1-8B is restricted. You must have access to it and be authenticated to access it. Please log in.',
      'Your request to access model meta-llama/Llama-3.1-8B is awaiting a review from the repo authors.',
    ],
  },
  {
    says: /invalid (?:username|credentials|user token)|unauthori[sz]ed|authentication|\b401\b|log ?in|sign in/i,
    do: 'Give the download a valid access token (HF_TOKEN for Hugging Face): the server does not know who asks.',
    examples: [
      'Invalid username or password.',
      'Unauthorized',
      'Log in to continue',
      'Sign in · GitLab',
      'Invalid credentials in Authorization header',
    ],
  },
  {
    says: /AccessDenied|access denied|forbidden|InvalidAccessKeyId|SignatureDoesNotMatch|AllAccessDisabled|\b403\b/i,
    do: 'Give the download credentials that may read this object; those it had, or none, are refused.',
    examples: ['AccessDenied: Access Denied', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', '403 Forbidden'],
  },
  {
    says: /NoSuchKey|NoSuchBucket|NoSuchUpload|not found|BlobNotFound|\b404\b/i,
    do: 'Correct the URL: at the server nothing stands under that name.',
    examples: [
      'NoSuchKey: The specified key does not exist.',
      'Entry not found',
      '404: Not Found',
      'Repository not found',
      'BlobNotFound',
    ],
  },
  {
    says: /SlowDown|too many requests|rate.?limit|\b429\b|quota/i,
    do: 'Wait, then download again with a token of your own: the server limits how much is asked of it.',
    examples: [
      'SlowDown: Please reduce your request rate.',
      'Too Many Requests',
      'We had to rate limit your IP',
      'Google Drive - Quota exceeded',
    ],
  },
  {
    says: /InternalError|ServiceUnavailable|bad gateway|gateway time-?out|\b50[0234]\b|just a moment|maintenance/i,
    do: 'Download it again later: the server, or what stands before it, had a trouble of its own.',
    examples: [
      'InternalError: We encountered an internal error. Please try again.',
      '502 Bad Gateway',
      '504 Gateway Time-out',
      'Just a moment...',
    ],
  },
];

/** What helps against the answer that a server gave, where it is known. */
export const helpAgainst = (said: string | null): string | undefined =>
  said === null ? undefined : refusedDownloads.find(({ says }) => says.test(said))?.do;
