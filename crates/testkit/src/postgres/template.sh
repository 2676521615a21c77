# Makes the data folder that every server of the tests is a copy of, with a certificate where openssl is there.
# Arguments: the folder of the programs, the folder to make, the password of the superuser.
set -eu
umask 077
programs=$1 data=$2 password=$3
making=$data.making

main() {
  rm -rf "$making" "$data"
  make_cluster
  if command -v openssl >/dev/null; then
    (cd "$making" && make_certificates)
  fi
  # Nobody sees a half-made one.
  mv "$making" "$data"
}

make_cluster() {
  echo "$password" >"$data.password"
  "$programs/initdb" --pgdata="$making" --username=tollgate --pwfile="$data.password" --encoding=UTF8 --locale=C \
    --auth-local=trust --auth-host=scram-sha-256 --no-sync
  rm "$data.password"
}

# An authority and a certificate signed by it: there are clients that trust no certificate that signed itself.
make_certificates() {
  cat >openssl.cnf <<END
[req]
distinguished_name = name
x509_extensions = authority
prompt = no
[name]
CN = Tollgate tests
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
subjectAltName = DNS:localhost, IP:127.0.0.1
END
  make_key authority.key
  openssl req -config openssl.cnf -x509 -key authority.key -days 3650 -out root.crt
  make_key server.key
  openssl req -config openssl.cnf -new -key server.key -subj /CN=localhost -out server.csr
  openssl x509 -req -in server.csr -CA root.crt -CAkey authority.key -set_serial 1 -days 3650 \
    -extfile openssl.cnf -extensions server -out server.crt
}

make_key() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$1"
}

main
