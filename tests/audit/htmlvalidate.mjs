// How html-validate reads our pages: everything it recommends, but for what is a matter of taste or of the stylesheet.
export default {
  root: true,
  extends: ['html-validate:recommended'],
  rules: {
    'doctype-style': ['error', { style: 'lowercase' }], // either is right; ours is lowercase
    'no-trailing-whitespace': 'off', // templates leave some; it compresses to nothing and no reader sees it
    'tel-non-breaking': 'off', // the stylesheet keeps a number in one line, and copying it gives plain spaces
  },
};
