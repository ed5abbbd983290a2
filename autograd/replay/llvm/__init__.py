"""The backend that writes programs as LLVM instructions, by llvmlite (the extra `compile`)."""
