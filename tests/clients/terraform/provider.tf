# Who signs in, and where: what every other file here begins with.
terraform {
  required_providers {
    azuread = { source = "hashicorp/azuread" }
  }
}
variable "host" {}
variable "tenant" {}
provider "azuread" {
  metadata_host = var.host
  tenant_id     = var.tenant
  client_id     = "c1000000-0000-4000-8000-000000000004"
  client_secret = "export-secret-for-development-only"
}
data "azuread_client_config" "current" {}
