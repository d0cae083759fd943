import { defineSignatures } from '../../core/signature.ts';

const services = ['any'] as const;

/** What stores of models and objects answer to keys that are wrong, old or missing: never a fault of the GPU or the disk. */
export const credentials = defineSignatures([
  {
    id: 'CR-CLOCK',
    services,
    pattern:
      /\bRequestTimeTooSkewed\b|difference between the request time and the \S+ time is too large|Signature (?:expired|not yet current)\b/,
    meaning: 'The object store refuses a request because the clock of the node is off, though the keys may be right',
    advice: 'Look at the clock of the node (node.clock) and its time service; do not change the keys.',
    restartHelps: 'after-fix',
    examples: [
      "botocore.exceptions.ClientError: An error occurred (RequestTimeTooSkewed) when calling the PutObject operation: The difference between the request time and the server's time is too large.",
      'An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: Signature expired: 20261121T090000Z is now earlier than 20261121T093000Z',
    ],
    source: 'Amazon S3 error responses; botocore',
  },
  {
    id: 'CR-KEY',
    services,
    pattern:
      /\bInvalidAccessKeyId\b|access key id you provided does not exist|\bInvalidClientTokenId\b|security token included in the request is invalid/i,
    meaning: 'Wrong credentials: the object store knows no such access key',
    advice: 'Compare the access key of the service with what the store knows; a key that was replaced looks like this.',
    restartHelps: 'after-fix',
    examples: [
      'An error occurred (InvalidAccessKeyId) when calling the GetObject operation: The AWS Access Key Id you provided does not exist in our records.',
      'minio.error.S3Error: S3 operation failed; code: InvalidAccessKeyId, message: The Access Key Id you provided does not exist in our records.',
      'An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.',
    ],
    source: 'Amazon S3 error responses; botocore; minio-py',
  },
  {
    id: 'CR-SIGN',
    services,
    pattern: /\bSignatureDoesNotMatch\b|request signature we calculated does not match/i,
    meaning: 'Wrong credentials: the secret key does not belong to the access key',
    advice: 'Set the secret key of the service anew; a trailing blank or a wrong region changes the signature too.',
    restartHelps: 'after-fix',
    examples: [
      'An error occurred (SignatureDoesNotMatch) when calling the PutObject operation: The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    ],
    source: 'Amazon S3 error responses; botocore',
  },
  {
    id: 'CR-EXPIRED',
    services,
    pattern:
      /\bExpiredToken(?:Exception)?\b|provided token has expired|security token included in the request is expired|Token has expired and refresh failed/,
    meaning: 'The credentials of the service have expired',
    advice: 'Renew the session or the role of the service; a restart alone helps only where it fetches new ones.',
    restartHelps: 'after-fix',
    examples: [
      'An error occurred (ExpiredToken) when calling the ListObjectsV2 operation: The provided token has expired.',
      'botocore.exceptions.TokenRetrievalError: Error when retrieving token from sso: Token has expired and refresh failed',
    ],
    source: 'Amazon S3 error responses; botocore',
  },
  {
    id: 'CR-DENIED',
    services,
    pattern:
      /\((?:AccessDenied|AccessDeniedException|403)\) when calling the|code: AccessDenied\b|api error AccessDenied\b|<Code>AccessDenied<\/Code>|is not authorized to perform: /,
    meaning: 'The credentials are known, but may not do what the service asks of the store',
    advice:
      'Compare the policy of the key with the bucket and path; S3 answers so too for an object that is not there.',
    restartHelps: 'after-fix',
    examples: [
      'An error occurred (AccessDenied) when calling the GetObject operation: Access Denied',
      'fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden',
      'minio.error.S3Error: S3 operation failed; code: AccessDenied, message: Access Denied., resource: /models/x.gguf',
      '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
    ],
    source: 'Amazon S3 error responses; botocore; minio-py',
  },
  {
    id: 'CR-NONE',
    services,
    pattern:
      /\b(?:No|Partial)CredentialsError\b|Unable to locate credentials|could not be found in the environment, the shared credentials file|DefaultCredentialsError|NoCredentialProviders/,
    meaning: 'The service has no credentials for the store at all',
    advice: 'Set them in the environment of the service: a manager does not hand on what a login shell has.',
    restartHelps: 'after-fix',
    examples: [
      'botocore.exceptions.NoCredentialsError: Unable to locate credentials',
      'google.auth.exceptions.DefaultCredentialsError: Your default credentials were not found.',
    ],
    source: 'botocore; google-auth; AWS SDK for Go',
  },
  {
    id: 'CR-GATED',
    services,
    pattern:
      /\bGatedRepoError\b|access(?:ing)? (?:a )?gated repo\b|Access to (?:model|dataset) \S+ is restricted|awaiting a review from the repo authors/,
    meaning: 'The model is gated on Hugging Face, and the token of the service has no access to it',
    advice: 'Accept the terms of the model on its page with the account of the token, and see that HF_TOKEN is set.',
    restartHelps: 'after-fix',
    examples: [
      'huggingface_hub.errors.GatedRepoError: 403 Client Error. (Request ID: Root=1-688b505e)',
      'Cannot access gated repo for url https://huggingface.co/org/model/resolve/main/config.json.',
      'OSError: You are trying to access a gated repo.',
      'Access to model org/model is restricted and you are not in the authorized list.',
    ],
    source: 'huggingface_hub',
  },
  {
    id: 'CR-HF',
    services,
    pattern:
      /Repository Not Found for url: https:\/\/huggingface\.co|\bLocalTokenNotFoundError\b|Invalid user token\b|40[13] Client Error: \w+ for url: https:\/\/huggingface\.co/,
    meaning: 'Hugging Face refuses the download: a missing or wrong token, or no such model',
    advice: 'See that HF_TOKEN is set in the environment of the service and that the name of the model is right.',
    restartHelps: 'after-fix',
    examples: [
      'Repository Not Found for url: https://huggingface.co/api/models/org/nope.',
      '401 Client Error: Unauthorized for url: https://huggingface.co/org/model/resolve/main/model.gguf',
      'huggingface_hub.errors.LocalTokenNotFoundError: Token is required (`token=True`), but no token found.',
    ],
    source: 'huggingface_hub',
  },
]);
