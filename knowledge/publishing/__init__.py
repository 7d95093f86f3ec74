"""Publishing: what authors change becomes live, or says why not; every version kept, with who and when."""
