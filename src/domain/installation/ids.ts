/** The id of the one case of this process: an installation has one stream about itself. */
export const INSTALLATION = '0c5f6a52-6d1e-5b0a-9c57-3f0e2f6f4a11';
