// @generated from docs/api by `cargo xtask codegen`; do not edit.

//! Permissions of the resource application.

use crate::operation::Holder;
use crate::permission::PermissionInfo;

/// The name of the application that owns the permissions.
pub const RESOURCE_APP_NAME: &str = "WindowsDefenderATP";

/// The id of the application that owns the permissions.
pub const RESOURCE_APP_ID: &str = "fc780465-2017-40d4-a0c5-307022471b92";

/// Every permission.
pub static PERMISSIONS: &[PermissionInfo] = &[
    PermissionInfo {
        value: "Machine.StopAndQuarantine",
        holder: Holder::Application,
        id: "96e72b5e-7e68-4171-aad1-3937599e4751",
        names: &[
            ("en", "Stop And Quarantine"),
            ("fr", "Arrêter et mettre en quarantaine"),
            ("nl", "Stop and Quarantine"),
            ("sv", "Stoppa och sätta i karantän"),
            ("zh", "停止和隔离"),
        ],
    },
    PermissionInfo {
        value: "Machine.StopAndQuarantine",
        holder: Holder::Delegated,
        id: "69e036b7-3f10-4d4c-a85e-82295629eca8",
        names: &[
            ("en", "Stop And Quarantine"),
            ("fr", "Arrêter et mettre en quarantaine"),
            ("nl", "Stop and Quarantine"),
            ("sv", "Stoppa och sätta i karantän"),
            ("zh", "停止和隔离"),
        ],
    },
    PermissionInfo {
        value: "Machine.Read.All",
        holder: Holder::Application,
        id: "ea8291d3-4b9a-44b5-bc3a-6cea3026dc79",
        names: &[
            ("en", "Read all machine profiles"),
            ("fr", "Lire tous les profils d’ordinateur"),
            ("nl", "Alle machineprofielen lezen"),
            ("sv", "Läs alla maskinprofiler"),
            ("zh", "读取所有计算机配置文件"),
        ],
    },
    PermissionInfo {
        value: "Machine.Read",
        holder: Holder::Delegated,
        id: "fbd3d33a-b1f5-4573-906c-51b39682fbcf",
        names: &[
            ("en", "Read machine information"),
            ("fr", "Lire les informations sur l’ordinateur"),
            ("nl", "Machinegegevens lezen"),
            ("sv", "Läs maskininformation"),
            ("zh", "读取计算机信息"),
        ],
    },
    PermissionInfo {
        value: "Machine.ReadWrite.All",
        holder: Holder::Application,
        id: "aa027352-232b-4ed4-b963-a705fc4d6d2c",
        names: &[
            ("en", "Read and write all machine information"),
            (
                "fr",
                "Lire et écrire toutes les informations sur l’ordinateur",
            ),
            ("nl", "Alle computergegevens lezen en schrijven"),
            ("sv", "Läsa och skriva all maskininformation"),
            ("zh", "读取和写入所有计算机信息"),
        ],
    },
    PermissionInfo {
        value: "Machine.ReadWrite",
        holder: Holder::Delegated,
        id: "f6846c57-9e3c-4a65-81aa-2f5e09ff4f0b",
        names: &[
            ("en", "Read and write machine information"),
            ("fr", "Lire et écrire des informations sur l’ordinateur"),
            ("nl", "Machinegegevens lezen en schrijven"),
            ("zh", "读取和写入计算机信息"),
        ],
    },
    PermissionInfo {
        value: "Machine.Isolate",
        holder: Holder::Application,
        id: "7e4e1300-e1b9-4102-88ba-f0cb6e6d5974",
        names: &[("en", "Isolate machine"), ("sv", "Isolera datorn")],
    },
    PermissionInfo {
        value: "Machine.Isolate",
        holder: Holder::Delegated,
        id: "479231ef-3b86-4933-ae6b-1fa84bba9e31",
        names: &[("en", "Isolate machine"), ("sv", "Isolera datorn")],
    },
    PermissionInfo {
        value: "Machine.Scan",
        holder: Holder::Application,
        id: "a86d9824-b2b6-45f8-b042-16bc4922ed4e",
        names: &[("en", "Scan machine"), ("sv", "Skanna dator")],
    },
    PermissionInfo {
        value: "Machine.Scan",
        holder: Holder::Delegated,
        id: "b4618115-647e-42a5-bd0d-0ea9878fb376",
        names: &[("en", "Scan machine"), ("sv", "Skanna dator")],
    },
    PermissionInfo {
        value: "Machine.RestrictExecution",
        holder: Holder::Application,
        id: "96b6b35d-074d-4e2d-b167-8d68d9269648",
        names: &[
            ("en", "Restrict code execution"),
            ("sv", "Begränsa kodkörning"),
        ],
    },
    PermissionInfo {
        value: "Machine.RestrictExecution",
        holder: Holder::Delegated,
        id: "abddfa88-80bb-4aef-81ff-18cbf29363a9",
        names: &[
            ("en", "Restrict code execution"),
            ("sv", "Begränsa kodkörning"),
        ],
    },
    PermissionInfo {
        value: "Machine.CollectForensics",
        holder: Holder::Application,
        id: "15405ab2-2103-4a3c-ad80-e829841cedcc",
        names: &[("en", "Collect forensics")],
    },
    PermissionInfo {
        value: "Machine.CollectForensics",
        holder: Holder::Delegated,
        id: "5eb7b9dc-cbce-4c7e-9d73-5be248260ae6",
        names: &[("en", "Collect forensics")],
    },
    PermissionInfo {
        value: "Machine.Offboard",
        holder: Holder::Application,
        id: "594435bf-36dd-4548-83bd-1bdafe157d7a",
        names: &[("en", "Offboard machine"), ("sv", "Offboard-dator")],
    },
    PermissionInfo {
        value: "Machine.Offboard",
        holder: Holder::Delegated,
        id: "29d1c73a-07f6-495f-b62b-1554a954d0a3",
        names: &[("en", "Offboard machine"), ("sv", "Offboard-dator")],
    },
    PermissionInfo {
        value: "Machine.LiveResponse",
        holder: Holder::Application,
        id: "1629b959-c0af-42a1-92f0-f6162060bdf1",
        names: &[
            ("en", "Run live response on a specific machine"),
            ("sv", "Köra livesvar på en viss dator"),
        ],
    },
    PermissionInfo {
        value: "Machine.LiveResponse",
        holder: Holder::Delegated,
        id: "25fb0c21-5877-492a-8d0c-e7893a9585cc",
        names: &[
            ("en", "Run live response on a specific machine"),
            ("sv", "Köra livesvar på en viss dator"),
        ],
    },
    PermissionInfo {
        value: "File.Read.All",
        holder: Holder::Application,
        id: "8788f1a9-beca-4e26-ba58-10513f3b896f",
        names: &[
            ("en", "Read all file profiles"),
            ("fr", "Lire tous les profils de fichiers"),
        ],
    },
    PermissionInfo {
        value: "File.Read.All",
        holder: Holder::Delegated,
        id: "8fce64a0-67c8-4e39-8f47-cac9ff7e13bb",
        names: &[
            ("en", "Read all file profiles"),
            ("fr", "Lire tous les profils de fichiers"),
        ],
    },
    PermissionInfo {
        value: "Ti.ReadWrite",
        holder: Holder::Application,
        id: "a8bc2240-f96a-46a1-bad5-6a960b7327a1",
        names: &[("en", "Read and write Indicators")],
    },
    PermissionInfo {
        value: "Ti.ReadWrite",
        holder: Holder::Delegated,
        id: "650ff1f9-dd5f-48ee-8c58-7beef332c818",
        names: &[("en", "Read and write Indicators")],
    },
    PermissionInfo {
        value: "Ti.ReadWrite.All",
        holder: Holder::Application,
        id: "fc511a58-3adf-4d71-af24-00f13e35e479",
        names: &[("en", "Read and write All Indicators")],
    },
    PermissionInfo {
        value: "Alert.Read.All",
        holder: Holder::Application,
        id: "71fe6b80-7034-4028-9ed8-0f316df9c3ff",
        names: &[("en", "Read all alerts")],
    },
    PermissionInfo {
        value: "Alert.Read",
        holder: Holder::Delegated,
        id: "b2069dc0-9fe9-4e6d-9aca-ccf3dd503819",
        names: &[("en", "Read alerts")],
    },
    PermissionInfo {
        value: "Alert.ReadWrite.All",
        holder: Holder::Application,
        id: "0f7000ec-157b-497f-b70e-ef0b0584f140",
        names: &[("en", "Read and write all alerts")],
    },
    PermissionInfo {
        value: "Alert.ReadWrite",
        holder: Holder::Delegated,
        id: "cbc3b413-21e6-416d-95a4-af87687efbd0",
        names: &[("en", "Read and write alerts")],
    },
];
