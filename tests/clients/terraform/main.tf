# What the azuread provider manages of a directory, each kind once.

# What the second run changes.
variable "job_title" { default = "Sluiswachter" }
variable "notes" { default = "Van Terraform" }
variable "scope" { default = "Boats.Read" }
variable "claims" {
  type    = list(string)
  default = ["openid", "User.Read"]
}
variable "tags" {
  type    = list(string)
  default = ["suite"]
}
variable "redirects" {
  type    = list(string)
  default = ["https://app.waterkant.example/callback"]
}
resource "azuread_service_principal" "msgraph" {
  client_id    = "00000003-0000-0000-c000-000000000000"
  use_existing = true
}
resource "azuread_user" "noor" {
  user_principal_name = "noor.tf@waterkant.example"
  display_name        = "Noor Terraform"
  mail_nickname       = "noor.tf"
  password            = "Dijk-Wacht-77"
  job_title           = var.job_title
  department          = "Kade"
  usage_location      = "NL"
  business_phones     = ["+31 10 555 0199"]
}
resource "azuread_group" "team" {
  display_name     = "tf-team"
  security_enabled = true
  description      = var.notes
  owners           = [data.azuread_client_config.current.object_id]
}
resource "azuread_group_member" "noor" {
  group_object_id  = azuread_group.team.object_id
  member_object_id = azuread_user.noor.object_id
}
resource "azuread_application" "api" {
  display_name            = "tf-api"
  sign_in_audience        = "AzureADMyOrg"
  owners                  = [data.azuread_client_config.current.object_id]
  notes                   = var.notes
  group_membership_claims = ["SecurityGroup"]
  support_url             = "https://waterkant.example/help"
  api {
    requested_access_token_version = 2
    oauth2_permission_scope {
      id                         = "aaaaaaaa-1111-4111-8111-000000000001"
      value                      = var.scope
      type                       = "User"
      admin_consent_display_name = "Read boats"
      admin_consent_description  = "Reads the boats."
      user_consent_display_name  = "Read your boats"
      user_consent_description   = "Reads your boats."
    }
  }
  app_role {
    id                   = "aaaaaaaa-1111-4111-8111-000000000002"
    value                = "Boats.Read.All"
    display_name         = "Read all boats"
    description          = "Reads every boat."
    allowed_member_types = ["Application", "User"]
  }
  optional_claims {
    id_token { name = "email" }
    access_token { name = "groups" }
  }
  required_resource_access {
    resource_app_id = "00000003-0000-0000-c000-000000000000"
    resource_access {
      id   = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
      type = "Scope"
    }
  }
  web {
    homepage_url  = "https://app.waterkant.example"
    redirect_uris = var.redirects
    implicit_grant { id_token_issuance_enabled = true }
  }
  single_page_application { redirect_uris = ["https://spa.waterkant.example/"] }
  public_client { redirect_uris = ["http://localhost/"] }
  lifecycle { ignore_changes = [identifier_uris] }
}
resource "azuread_application_identifier_uri" "api" {
  application_id = azuread_application.api.id
  identifier_uri = "api://${azuread_application.api.client_id}"
}
resource "azuread_service_principal" "api" {
  client_id = azuread_application.api.client_id
  owners    = [data.azuread_client_config.current.object_id]
  tags      = var.tags
}
resource "azuread_application_password" "api" {
  application_id = azuread_application.api.id
  display_name   = "tf"
}
resource "azuread_application_federated_identity_credential" "api" {
  application_id = azuread_application.api.id
  display_name   = "pipeline"
  description    = "CI"
  audiences      = ["api://AzureADTokenExchange"]
  issuer         = "https://ci.waterkant.example"
  subject        = "repo:boats"
}
resource "azuread_app_role_assignment" "graph" {
  app_role_id         = azuread_service_principal.msgraph.app_role_ids["Group.Read.All"]
  principal_object_id = azuread_service_principal.api.object_id
  resource_object_id  = azuread_service_principal.msgraph.object_id
}
resource "azuread_app_role_assignment" "noor" {
  app_role_id         = "aaaaaaaa-1111-4111-8111-000000000002"
  principal_object_id = azuread_user.noor.object_id
  resource_object_id  = azuread_service_principal.api.object_id
}
resource "azuread_service_principal_delegated_permission_grant" "api" {
  service_principal_object_id          = azuread_service_principal.api.object_id
  resource_service_principal_object_id = azuread_service_principal.msgraph.object_id
  claim_values                         = var.claims
}
resource "azuread_directory_role" "readers" {
  display_name = "Directory Readers"
}
resource "azuread_directory_role_assignment" "noor" {
  role_id             = azuread_directory_role.readers.template_id
  principal_object_id = azuread_user.noor.object_id
}
output "secret" {
  value     = azuread_application_password.api.value
  sensitive = true
}
