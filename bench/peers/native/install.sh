#!/bin/sh
# Installs the native peers of bench/peers from Debian's packages (root needed) and says what it installs:
#   python3-torch     PyTorch, CPU build
#   python3-numpy     NumPy, through the system's BLAS
#   libopenblas0      OpenBLAS (pthreads), which becomes the system's BLAS
#   python3-sklearn   scikit-learn, for its MLP
#   libfann-dev, gcc  FANN, a C library; the benchmark program is compiled by run.mjs
#   python3-threadpoolctl  reports which OpenBLAS kernel really runs
set -e
packages="python3-torch python3-numpy libopenblas0-pthread python3-sklearn python3-threadpoolctl libfann-dev gcc libc6-dev"
echo "Installing from Debian: $packages"
sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -q
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends $packages
