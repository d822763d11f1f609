"""Writers: one module per format, and the building, scanning, signing-off and switching of a release."""
