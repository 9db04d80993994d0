//! Files of every version, made byte by byte from the format's description rather than by the writer, and what
//! becomes of them: read, written back, cut short, changed, and made to promise what they do not hold.

mod annotated;
mod bytes;
mod handles;
mod hostile;
mod java_bytes;
mod samples;
mod versions;
