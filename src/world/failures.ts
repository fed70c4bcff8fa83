/**
 * Owns the words for what befalls a connection: they follow the name of the peer, as in "the
 * dispatcher refused the connection", and say what to do where our own flags can mend it.
 */

export function whyItFailed(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'refused the connection';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'closed its connection';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'has a name that does not resolve';
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return 'does not speak TLS';
    case 'CERT_HAS_EXPIRED':
      return `shows a certificate that has expired, if this machine's clock is right`;
    case 'CERT_NOT_YET_VALID':
      return `shows a certificate that is not valid yet, if this machine's clock is right`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'shows a certificate for another name than the one that was dialled';
    case 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED':
      return 'wants a certificate of ours: --tls-cert and --tls-key';
    case 'CERT_SIGNATURE_FAILURE':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `shows a certificate that --tls-ca does not vouch for (${error.code})`;
    default:
      return `failed (${error.code ?? error.message})`;
  }
}
